package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// readNDB reads rpm's own format: slots of 16 bytes that point to blobs, in
// blocks of 16 bytes.
// Source: rpm, lib/backend/ndb/rpmpkg.c
func (s *store) readNDB(head []byte) error {
	const slotSize, perPage = 16, 4096 / 16
	pages := int64(binary.LittleEndian.Uint32(head[12:]))
	if version := binary.LittleEndian.Uint32(head[4:]); version != 0 || pages < 1 || pages > s.size/4096 {
		return errors.New("broken header of rpm's own database format")
	}
	slots, err := s.at(32, (pages*perPage-2)*slotSize) // the header takes the place of two
	if err != nil {
		return err
	}
	for ; len(slots) > 0; slots = slots[slotSize:] {
		if string(slots[:4]) != "Slot" {
			return errors.New("broken slot")
		}
		number := binary.LittleEndian.Uint32(slots[4:])
		if number == 0 {
			continue // free
		}
		at := int64(binary.LittleEndian.Uint32(slots[8:])) * 16
		blob, err := s.at(at, 16)
		if err != nil {
			return err
		}
		length := int64(binary.LittleEndian.Uint32(blob[12:]))
		if string(blob[:4]) != "BlbS" || binary.LittleEndian.Uint32(blob[4:]) != number {
			return errors.New("a slot does not point to its package")
		}
		if length > maxHeader {
			return fmt.Errorf("a package's header is larger than the bound of %d MiB", maxHeader>>20)
		}
		if blob, err = s.at(at+16, length); err != nil {
			return err
		}
		if err := s.see(blob); err != nil {
			return err
		}
	}
	return nil
}

// berkeleyMagic marks a Berkeley DB hash at offset 12.
const berkeleyMagic = 0x061561

func isBerkeley(head []byte) bool {
	return binary.LittleEndian.Uint32(head[12:]) == berkeleyMagic || binary.BigEndian.Uint32(head[12:]) == berkeleyMagic
}

// readBerkeley reads a Berkeley DB hash: hash pages, whose values of package
// size lie in chains of overflow pages. Smaller values are counters.
// Source: Berkeley DB, dbinc/db_page.h
func (s *store) readBerkeley(head []byte) error {
	const (
		headerSize           = 26
		hashUnsorted, hashed = 2, 13 // page types
		overflow             = 7
		offPage              = 3 // item type
	)
	var order binary.ByteOrder = binary.LittleEndian
	if binary.BigEndian.Uint32(head[12:]) == berkeleyMagic {
		order = binary.BigEndian
	}
	size, last := int64(order.Uint32(head[20:])), int64(order.Uint32(head[32:]))
	if size < 512 || size > 1<<16 || size&(size-1) != 0 {
		return errors.New("broken header of a Berkeley DB")
	}
	if last >= (s.size+size-1)/size {
		return errors.New("cut short: its last pages are missing")
	}
	for number := range last + 1 {
		page, err := s.at(number*size, size)
		if err != nil {
			return err
		}
		if kind := page[25]; kind != hashUnsorted && kind != hashed {
			continue
		}
		entries := int(order.Uint16(page[20:]))
		if headerSize+2*entries > len(page) {
			return errors.New("broken hash page")
		}
		for i := 1; i < entries; i += 2 { // keys and values take turns
			at := int(order.Uint16(page[headerSize+2*i:]))
			if at+12 > len(page) {
				if at < len(page) && page[at] != offPage {
					continue
				}
				return errors.New("broken hash page")
			}
			if page[at] != offPage {
				continue
			}
			next, length := int64(order.Uint32(page[at+4:])), int64(order.Uint32(page[at+8:]))
			if length > maxHeader {
				return fmt.Errorf("a package's header is larger than the bound of %d MiB", maxHeader>>20)
			}
			blob := make([]byte, 0, min(length, 1<<20))
			for int64(len(blob)) < length {
				part, err := s.at(next*size, size)
				if err != nil {
					return err
				}
				used := int64(order.Uint16(part[22:]))
				if next == 0 || part[25] != overflow || used == 0 || headerSize+used > size {
					return errors.New("broken overflow page")
				}
				blob = append(blob, part[headerSize:headerSize+min(used, length-int64(len(blob)))]...)
				next = int64(order.Uint32(part[16:]))
			}
			if err := s.see(blob); err != nil {
				return err
			}
		}
	}
	return nil
}
