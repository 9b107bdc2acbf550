"""What is asked of a site's service: kept with its effect, and told how far it is.

A submission names rows; its state follows from them. Nothing here talks to a chain or sends: a worker does.
"""
