"""Public data by name: recipes that say where it is and what its licence allows, and how it is fetched.

`recipe` reads the recipes, `download` fetches their files, `unpacking` takes out what is learned from, and `fetching`
does all of it. Nothing half written is ever in its place.
"""
