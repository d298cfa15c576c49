"""The sample store: pictures, clips and reference pictures with everything known about them."""
