"""How risky an enterprise is: a sum whose addends are shown. It orders work and decides nothing."""
