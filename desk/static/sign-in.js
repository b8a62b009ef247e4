// Fills in a demo sign-in when its button is pressed.
for (const button of document.querySelectorAll("[data-login]")) {
  button.addEventListener("click", () => {
    document.getElementById("login").value = button.dataset.login;
    document.getElementById("password").value = button.dataset.password;
    document.querySelector("form button[type=submit]").focus();
  });
}
