"""The name under which `meter` was known first."""

from spikecore.energy.meter import POWERCAP, Domain, Measured, Meter, domains, measured

__all__ = ["POWERCAP", "Domain", "Measured", "Meter", "Reading", "domains", "measured"]

Reading = Measured
