"""Reports: decisions and test outcomes come in, pages for people and objects for programs go out."""
