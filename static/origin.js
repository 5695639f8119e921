// A page under a path is served from the root all the same.
window.__streamlit = { BACKEND_BASE_URL: window.location.origin };
