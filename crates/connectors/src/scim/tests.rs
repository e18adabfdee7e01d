//! Against small targets of their own.
