package node

import (
	"path"
	"strconv"
	"strings"
)

const (
	maxProcesses = 100_000
	withheld     = "[withheld]"
)

// names reads NAME:x:ID:… as /etc/passwd and /etc/group have it. The first name
// of a number counts.
func (h *host) names(file string) map[int64]string {
	names := map[int64]string{}
	text, err := h.read(file)
	if err != nil {
		return names // numbers say it all
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) < 3 {
			continue
		}
		if id, err := strconv.ParseInt(fields[2], 10, 64); err == nil && names[id] == "" {
			names[id] = fields[0]
		}
	}
	return names
}

// processes returns the command lines of the host's own processes by the name
// of the program, for those that are asked for. What runs in a pod has paths of
// its own and does not count.
func (h *host) processes(programs ...string) (map[string][]string, error) {
	found := map[string][]string{}
	entries, err := h.list("/proc", maxProcesses)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		dir := "/proc/" + e.Name()
		text, err := h.read(dir + "/cmdline")
		if err != nil || len(text) == 0 {
			continue // it ended, or is the kernel's
		}
		args := strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
		name := path.Base(args[0])
		if name == "hyperkube" && len(args) > 1 {
			name, args = args[1], args[1:]
		}
		for _, p := range programs {
			if name == p && found[p] == nil && !h.inPod(dir) {
				found[p] = args[1:]
			}
		}
	}
	return found, nil
}

func (h *host) inPod(dir string) bool {
	cgroup, err := h.read(dir + "/cgroup")
	return err == nil && strings.Contains(string(cgroup), "kubepods")
}

// flag is the value of a flag as it takes effect: the last one.
func flag(args []string, name string) (value string) {
	for i, arg := range args {
		given, v, ok := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !strings.HasPrefix(arg, "-") || strings.ReplaceAll(given, "_", "-") != name {
			continue
		}
		if !ok && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			v = args[i+1]
		}
		value = v
	}
	return value
}

// withholdArgs removes values that may hold credentials.
func withholdArgs(args []string) []string {
	out := make([]string, 0, len(args))
	hide := false
	for _, arg := range args {
		name, _, ok := strings.Cut(arg, "=")
		isFlag := strings.HasPrefix(arg, "-")
		switch {
		case isFlag:
			lower := strings.ToLower(name)
			hide = strings.Contains(lower, "manifest-url") || strings.Contains(lower, "token") || strings.Contains(lower, "password")
			if hide && ok {
				arg, hide = name+"="+withheld, false
			}
		case hide:
			arg, hide = withheld, false
		}
		out = append(out, arg)
	}
	return out
}
