module oxid

go 1.26
