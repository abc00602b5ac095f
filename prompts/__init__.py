"""Text for models and for people, one file a language; read by assistant.prompts."""
