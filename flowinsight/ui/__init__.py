"""The pages' frame, cached questions and widgets: the only part that imports Streamlit."""
