"""The endpoints, a module for each thing that is asked about. They translate, call one verb, and translate back."""
