"""Teaching the bundled embedding model Bashkir: material, recipes, training, figures."""
