"""Orders 责令限期整改指令书 and their re-checks 整改复查: what an inspection demands."""
