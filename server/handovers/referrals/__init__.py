"""Criminal referral 行刑衔接: from officers' finding on site to the police."""
