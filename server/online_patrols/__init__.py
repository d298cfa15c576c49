"""Online patrols 网络巡查: rounds by plan, looks, and the register of what was seen."""
