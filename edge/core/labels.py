"""Classes that the program itself knows by name; what else is followed only the catalogue names."""

PERSON = "person"

#: These stand on the ground: only where their foot is says where they are. Of everything else
#: (fire, smoke, a helmet) the foot or the centre of the box may lie in the zone.
STANDING = frozenset({PERSON, "forklift", "vehicle"})

#: Somebody who lies down is somebody, and helmets and vests are on people.
OF_PEOPLE = frozenset({PERSON, "fallen", "helmet", "no_helmet", "vest", "no_vest"})
