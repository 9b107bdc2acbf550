"""What requests bring and answers say, exactly: no member is unknown, none is missing."""
