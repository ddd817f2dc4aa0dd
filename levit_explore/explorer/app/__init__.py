"""The explorer as a full-screen terminal program: widgets that show results and send actions. Only here is Textual."""
