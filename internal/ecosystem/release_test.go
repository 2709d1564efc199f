package ecosystem

import (
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

func TestSplitRelease(t *testing.T) {
	for in, want := range map[string][2]string{
		"Debian:12": {"Debian", "12"}, "npm": {"npm", ""}, "Ubuntu:Pro:22.04:LTS": {"Ubuntu", "Pro:22.04:LTS"},
		"Red Hat:enterprise_linux:9::appstream": {"Red Hat", "enterprise_linux:9::appstream"}, "": {"", ""}, "Alpine:v3.19": {"Alpine", "v3.19"},
	} {
		if e, release := SplitRelease(in); string(e) != want[0] || release != want[1] {
			t.Errorf("SplitRelease(%q) = %q, %q", in, e, release)
		}
	}
}

func TestSameRelease(t *testing.T) {
	tests := []struct {
		e               kennel.Ecosystem
		recorded, found string
		want            bool
	}{
		{kennel.Debian, "", "12", true},
		{kennel.Debian, "", "", true},
		{kennel.Debian, "12", "", false},
		{kennel.Debian, "12", "12", true},
		{kennel.Debian, "12", "12.5", true},
		{kennel.Debian, "12", "11", false},
		{kennel.Debian, "1", "12", false},
		{kennel.Ubuntu, "22.04:LTS", "22.04", true},
		{kennel.Ubuntu, "22.04", "22.04:LTS", true},
		{kennel.Ubuntu, "22.04:LTS", "22.04.3", true},
		{kennel.Ubuntu, "Pro:22.04:LTS", "22.04:LTS", true},
		{kennel.Ubuntu, "Pro:FIPS:22.04:LTS", "22.04", true},
		{kennel.Ubuntu, "22.04:LTS", "22.10", false},
		{kennel.Ubuntu, "22", "22.04", false},
		{kennel.Ubuntu, "Pro", "22.04", false},
		{kennel.Alpine, "v3.19", "3.19.1", true},
		{kennel.Alpine, "v3.19", "3.19", true},
		{kennel.Alpine, "v3.19", "v3.1", false},
		{kennel.Alpine, "v3.1", "v3.19", false},
		{kennel.Alpine, "v3", "v3.19", false},
		{kennel.Alpine, "edge", "edge", true},
		{kennel.Alpine, "v3.19", "edge", false},
		{"Rocky Linux", "9", "9.3", true},
		{"AlmaLinux", "8", "9", false},
		{"AlmaLinux", "9", "9.3", true},
		{"Red Hat", "enterprise_linux:9::appstream", "9.3", true},
		{"Red Hat", "enterprise_linux:9::baseos", "enterprise_linux:9", true},
		{"Red Hat", "rhel_eus:8.4::appstream", "8.4", true},
		{"Red Hat", "rhel_eus:8.4::appstream", "8.5", false},
		{"Red Hat", "openshift:4.12::el8", "8", false},
		{"Red Hat", "enterprise_linux:8::appstream", "9", false},
		{"openSUSE", "Leap 15.5", "15.5", true},
		{"openSUSE", "Leap 15.5", "15.6", false},
		{"SUSE", "Linux Enterprise Server 15 SP5", "15.5", true},
		{"SUSE", "Linux Enterprise Server 15 SP5", "15.4", false},
		{"SUSE", "Linux Enterprise Module for Basesystem 15 SP5", "15.5", true},
		{"openEuler", "22.03-LTS-SP1", "22.03-LTS-SP1", true},
		{"openEuler", "22.03-LTS-SP1", "22.03-LTS", false},
	}
	for _, test := range tests {
		if got := SameRelease(test.e, test.recorded, test.found); got != test.want {
			t.Errorf("SameRelease(%s, %q, %q) = %v", test.e, test.recorded, test.found, got)
		}
	}
}

func TestFromOSRelease(t *testing.T) {
	tests := []struct {
		id, version, codename string
		e                     kennel.Ecosystem
		release               string
		ok                    bool
	}{
		{"debian", "12", "bookworm", kennel.Debian, "12", true},
		{"debian", "", "trixie/sid", kennel.Debian, "13", true},
		{"debian", "", "", kennel.Debian, "", true},
		{"ubuntu", "22.04", "jammy", kennel.Ubuntu, "22.04:LTS", true},
		{"ubuntu", "23.10", "mantic", kennel.Ubuntu, "23.10", true},
		{"alpine", "3.19.1", "", kennel.Alpine, "v3.19", true},
		{"alpine", "3.22_alpha20250108", "", kennel.Alpine, "edge", true},
		{"wolfi", "20230201", "", "Wolfi", "", true},
		{"rhel", "9.3", "", "Red Hat", "9.3", true},
		{"rocky", "9.3", "", "Rocky Linux", "9", true},
		{"almalinux", "8.9", "", "AlmaLinux", "8", true},
		{"opensuse-leap", "15.5", "", "openSUSE", "Leap 15.5", true},
		{"opensuse-tumbleweed", "20240101", "", "openSUSE", "Tumbleweed", true},
		{"sles", "15.5", "", "SUSE", "15.5", true},
		{"azurelinux", "3.0", "", "Azure Linux", "3.0", true},
		{"fedora", "39", "", "Fedora", "39", true},
		{"arch", "", "", "", "", false},
		{"", "1", "", "", "", false},
	}
	for _, test := range tests {
		e, release, ok := FromOSRelease(test.id, test.version, test.codename)
		if e != test.e || release != test.release || ok != test.ok {
			t.Errorf("FromOSRelease(%q, %q, %q) = %q, %q, %v; want %q, %q", test.id, test.version, test.codename, e, release, ok, test.e, test.release)
		}
	}
}

func FuzzSameRelease(f *testing.F) {
	f.Add("Ubuntu", "Pro:22.04:LTS", "22.04")
	f.Add("Red Hat", "enterprise_linux:9::appstream", "9.3")
	f.Add("SUSE", "Linux Enterprise Server 15 SP5", "15.5")
	f.Fuzz(func(t *testing.T, e, recorded, found string) {
		SameRelease(kennel.Ecosystem(e), recorded, found)
		if !SameRelease(kennel.Ecosystem(e), recorded, recorded) {
			t.Errorf("%q is not itself", recorded)
		}
		FromOSRelease(e, recorded, found)
	})
}
