"""The contacts list and the contact page: what contacts, consent and lists know of one person, on one screen.

`admin` is the way in. Each tab has a module that gathers what it shows, each kind of button one that calls its verb.
"""
