//! The folder that holds parties, messages and settings; opened documents and jobs.
