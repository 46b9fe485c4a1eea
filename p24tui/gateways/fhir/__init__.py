"""FHIR R4 JSON: what the patient's side sends becomes frozen values, and what we say becomes FHIR.

Pure mapping over plain dicts. What cannot be used is ``Unusable``: where it stands, and why.
"""
