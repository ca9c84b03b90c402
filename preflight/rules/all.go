package rules

import "migcheck/preflight"

// All is the catalogue, in the order in which the rules are explained: what
// can't be known, what libvirt refuses, what it never notices, and then how
// guests are set up.
var All = []*preflight.Rule{
	FactsNotObserved,
	NICNotJudged,
	GuestBusy,
	ConfidentialGuest,
	SameHostUUID,
	DestDomainConflict,
	NetworkMissingOrInactive,
	NetworkPoolExhausted,
	SourceDevMissing,
	SourceDevNameTooLong,
	TargetDevNameClash,
	MacvtapModuleMissing,
	LowerdevNotEthernet,
	LowerdevRxHandlerBusy,
	PassthroughNotExclusive,
	MACBusyOnLowerdev,
	VLANParentDown,
	MACBusyPausedGuest,
	VLANMismatch,
	NetworkForwardMismatch,
	LowerdevNoCarrier,
	BondNoActiveSlave,
	BondModeIncompatible,
	MTULowerThanGuest,
	LowerdevAdminDown,
	BondLACPNotNegotiated,
	LowerdevKindDiffers,
	PersistentDiffers,
	AltnameUsed,
	TrustGuestRxFilters,
	MulticastBlocked,
	VEPAWithoutReflectiveRelay,
	ModelNotVirtio,
	IOMMUOn,
	GuestWithoutNICs,
	MigrationPath,
	FinishFailurePostCopy,
	ArrivedInAnotherState,
	ArrivedWithoutMacvtap,
	SourceMacvtapLeft,
	NoFramesAfterArrival,
}

// ByID returns the rule of that ID, or nil.
func ByID(id string) *preflight.Rule {
	for _, r := range All {
		if r.ID == id {
			return r
		}
	}
	return nil
}
