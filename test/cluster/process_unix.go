//go:build unix && !linux

package cluster

import "syscall"

// dieWithParent cannot be had from the kernel here: only an orderly stop ends the children.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
