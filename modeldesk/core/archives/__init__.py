"""Reading images out of archives and blobs, by headers alone, without unpacking anything."""
