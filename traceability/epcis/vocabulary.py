"""The fixed words of EPCIS 2.0 and CBV 2.0, and the names of our own extension."""

from collections.abc import Mapping

GUOJI_PREFIX = "guoji"
GUOJI_NAMESPACE = "https://ns.guoji.example/epcis/"
SHOWN_ON_AIR = f"{GUOJI_PREFIX}:shownOnAir"
SHOWING_STEP = f"{GUOJI_NAMESPACE}showing"
"""A live room showed goods on air: a business step of our own, by which nothing becomes of them."""

STANDARD_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
"""The context our own events carry: every tool in the field bundles it."""

OLD_VOC = "https://gs1.org/voc/"
VOC = "https://ref.gs1.org/voc/"

CONTEXT_VOC: Mapping[str, str] = {
    STANDARD_CONTEXT: OLD_VOC,
    "https://gs1.github.io/EPCIS/epcis-context.jsonld": OLD_VOC,
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld": VOC,
    "https://ref.gs1.org/standards/epcis/2.0.1/epcis-context.jsonld": VOC,
}
"""Each context URL we can resolve, and what it says the prefix `gs1` means."""

STANDARD_PREFIXES: Mapping[str, str] = {
    "cbv": "https://ref.gs1.org/cbv/",
    "epcis": "https://ref.gs1.org/epcis/",
    "cbvmda": "urn:epcglobal:cbv:mda",
}
"""What the event hash takes the standard prefixes to mean when a context does not say (sic: no colon)."""

EVENT_TYPES = frozenset(
    {"ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"}
)


def _terms(prefix: str, words: str) -> dict[str, str]:
    return {word: prefix + word for word in words.split()}


_CBV = "https://ref.gs1.org/cbv/"

BIZ_STEPS = _terms(
    _CBV + "BizStep-",
    """
    accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
    decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting
    installing killing loading other packing picking receiving removing repackaging repairing replacing
    reserving retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing
    transporting unloading unpacking void_shipping
    """,
)
DISPOSITIONS = _terms(
    _CBV + "Disp-",
    """
    active available completeness_inferred completeness_verified conformant container_closed container_open
    damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class
    mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other
    partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible
    stolen unavailable unknown
    """,
)
BIZ_TRANSACTION_TYPES = _terms(
    _CBV + "BTT-",
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
)
SOURCE_DESTINATION_TYPES = _terms(_CBV + "SDT-", "owning_party possessing_party location")
COMPONENTS = _terms(
    _CBV + "Comp-",
    """
    x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing
    latitude longitude altitude
    """,
)

_MEASUREMENTS = """
    AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area
    Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate
    DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy
    Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum
    Luminance LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass
    MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass
    MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance
    Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque
    Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber
"""
_ALERTS = "ALARM_CONDITION ERROR_CONDITION"


def sensor_terms(voc: str) -> Mapping[str, str]:
    """Give the URI of each measurement type and alert in the namespace `voc`."""
    return _terms(voc, _MEASUREMENTS + _ALERTS)
