"""HL7 v2.x: the bookings of a booking system (SIU), read into our own words, and what they are answered with (ACK).

Pure mapping over what the library ``hl7`` has taken apart. What cannot be used is ``Unusable``: the segment and field,
and why.
"""
