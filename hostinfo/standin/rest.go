package standin

import "migcheck/hostinfo"

// LearnRest gives a guest's files and shared memory their stand-ins.
func (s *Names) LearnRest(r *hostinfo.Rest) {
	if r == nil {
		return
	}
	for _, path := range r.Paths() {
		s.file(path)
	}
	for _, m := range r.Shmems {
		s.name("shmem", m.Name)
	}
}

func (s *Names) file(path string) string { return s.name("file", path) }

// RestFacts is a copy of what a guest has beyond its NICs without names and paths.
func (s *Names) RestFacts(in *hostinfo.Rest) *hostinfo.Rest {
	if in == nil {
		return nil
	}
	r := *in
	r.Emulator, r.Gaps = s.Text(in.Emulator), s.Gaps(in.Gaps)
	r.Disks = mapped(in.Disks, func(d hostinfo.Disk) hostinfo.Disk {
		d.Path, d.Backing = s.file(d.Path), mapped(d.Backing, s.file)
		return d
	})
	r.Shmems = mapped(in.Shmems, func(m hostinfo.Shmem) hostinfo.Shmem {
		m.Name = s.name("shmem", m.Name)
		return m
	})
	r.Memory = mapped(in.Memory, func(m hostinfo.MemoryDevice) hostinfo.MemoryDevice {
		m.Path = s.file(m.Path)
		return m
	})
	r.Files = mapped(in.Files, s.fileFacts)
	return &r
}

// FitFacts is a copy of a host's answers about a guest without them.
func (s *Names) FitFacts(in hostinfo.Fit) hostinfo.Fit {
	in.Guest = s.UUID(in.Guest)
	for _, words := range []*string{&in.NoEmulator, &in.NoMachine, &in.NoCPU, &in.NoHostCPU} {
		*words = s.Text(*words)
	}
	in.Files, in.Gaps = mapped(in.Files, s.fileFacts), s.Gaps(in.Gaps)
	return in
}

func (s *Names) fileFacts(f hostinfo.File) hostinfo.File {
	f.Path, f.Reason = s.file(f.Path), s.Text(f.Reason)
	return f
}
