package main

import "fmt"

// polkitRule lets a user write to libvirt, where libvirt asks polkit. The lines
// are those of doctor and of the package's example.
func polkitRule(user string) []string {
	return []string{
		"polkit.addRule(function(action, subject) {",
		fmt.Sprintf(`  if (action.id == "org.libvirt.unix.manage" && subject.user == "%s") return polkit.Result.YES;`, user),
		"});",
	}
}

// sudoersLine lets a user read as root what become: sudo reads, which is the
// right to do anything.
func sudoersLine(user string) string { return user + " ALL=(root) NOPASSWD: /bin/sh" }
