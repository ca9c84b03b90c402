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
	NICABIMismatch,
	SameHostUUID,
	DestDomainConflict,
	NetworkMissingOrInactive,
	NetworkPoolExhausted,
	SourceDevOtherNetns,
	SourceDevMissing,
	SourceDevNameTooLong,
	TargetDevNameClash,
	MacvtapModuleMissing,
	DevTapUnavailable,
	LowerdevNotEthernet,
	LowerdevRxHandlerBusy,
	PassthroughNotExclusive,
	VFPFDown,
	VLANTagUnsupported,
	PassthroughMACSetFails,
	Virtualport8021QbgNoLLDPAD,
	QueuesMismatch,
	MACBusyOnLowerdev,
	MTUXMLExceedsLowerdev,
	BandwidthTCMissing,
	FilterrefNetworkResolvesDirect,
	VhostRequiredUnavailable,
	VLANParentDown,
	MACBusyPausedGuest,
	VLANMismatch,
	ProbeNotReachable,
	ProbeOneWay,
	NetworkForwardMismatch,
	LowerdevNoCarrier,
	BondNoActiveSlave,
	BondModeIncompatible,
	QETHLayer3,
	MTULowerThanGuest,
	ProbeMTUTooSmall,
	ProbeDuplicate,
	L2EvidenceDiffers,
	LowerdevAdminDown,
	BondLACPNotNegotiated,
	BondDegraded,
	BondFailOverMAC,
	DuplexHalf,
	VhostFallback,
	SourceMacvtapState,
	LowerdevKindDiffers,
	UnicastFilterFull,
	MACInUseElsewhere,
	SameOSADuplicateMAC,
	QETHIsolationOrBridgeport,
	DevTapNetnsCollision,
	PersistentDiffers,
	SpeedLower,
	BondARPMonitor,
	HostGuestIsolation,
	LowerdevNotPersistent,
	AltnameUsed,
	LowerdevIsMacvlan,
	ModeMismatchOnLowerdev,
	PassthroughLowerdevSideEffects,
	TrustGuestRxFilters,
	MulticastBlocked,
	VEPAWithoutReflectiveRelay,
	ModelNotVirtio,
	IOMMUOn,
	LinkStateDown,
	TeamingPersistentDirect,
	FilterrefIgnoredOnDirect,
	TargetDevReservedPrefix,
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
