"""The conformance classes that are declared: those of which every requirement has a test."""

FEATURES_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
FEATURES_2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
FEATURES_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
FEATURES_4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
FEATURES_5 = "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"

READING_CLASSES = (
    *(FEATURES_1 + name for name in ("core", "oas30", "html", "geojson")),
    f"{FEATURES_2}crs",
    *(
        FEATURES_3 + name
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        CQL2 + name
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "property-property",
        )
    ),
    f"{FEATURES_5}schemas",
)
"""OGC 17-069r4, 18-058r1, 19-079r2, 21-065r2 and 23-058r1."""

WRITING_CLASSES = (
    *(
        FEATURES_4 + name
        for name in ("create-replace-delete", "update", "features", "optimistic-locking-etags")
    ),
)
"""OGC 20-002r1, the draft of Part 4 as of June 2026; it may still change."""
