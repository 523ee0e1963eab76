"""Do responses take the same time, whatever they must not reveal (ASVS 6.3.8)?"""
