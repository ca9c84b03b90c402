package snapshot

import "migcheck/hostinfo"

// learnRest gives a guest's files and shared memory their stand-ins.
func (s *standIns) learnRest(r *hostinfo.Rest) {
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

func (s *standIns) file(path string) string { return s.name("file", path) }

func (s *standIns) redactRest(in *hostinfo.Rest) *hostinfo.Rest {
	if in == nil {
		return nil
	}
	r := *in
	r.Emulator, r.Gaps = s.prose(in.Emulator), s.gaps(in.Gaps)
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
	r.Files = mapped(in.Files, s.redactFile)
	return &r
}

func (s *standIns) redactFit(in hostinfo.Fit) hostinfo.Fit {
	in.Guest = s.uuid(in.Guest)
	for _, words := range []*string{&in.NoEmulator, &in.NoMachine, &in.NoCPU, &in.NoHostCPU} {
		*words = s.prose(*words)
	}
	in.Files, in.Gaps = mapped(in.Files, s.redactFile), s.gaps(in.Gaps)
	return in
}

func (s *standIns) redactFile(f hostinfo.File) hostinfo.File {
	f.Path, f.Reason = s.file(f.Path), s.prose(f.Reason)
	return f
}
