"""Case hand-overs 案件移交: what penalty work gets, opened in the provincial system."""
