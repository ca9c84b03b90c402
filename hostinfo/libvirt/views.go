package libvirt

import "migcheck/hostinfo"

// Views are the XML documents of one guest as libvirt printed them. A nil one
// does not exist or could not be read; the guest's gaps say which.
type Views struct {
	Live       []byte // virDomainGetXMLDesc without flags, of an active domain
	Migratable []byte // with VIR_DOMAIN_XML_MIGRATABLE; libvirt prints passwords in it
	Inactive   []byte // with VIR_DOMAIN_XML_INACTIVE, of a persistent domain
}

// View is one of a guest's views: the fact that it is, where its XML is and
// where its parsed form is.
type View struct {
	Fact       hostinfo.Fact
	XML        *[]byte
	Definition **hostinfo.Definition
}

// Of pairs each view's XML with its place in a guest, live first.
func (v *Views) Of(g *hostinfo.Guest) []View {
	return []View{
		{hostinfo.FactLive, &v.Live, &g.Live},
		{hostinfo.FactMigratable, &v.Migratable, &g.Migratable},
		{hostinfo.FactInactive, &v.Inactive, &g.Inactive},
	}
}
