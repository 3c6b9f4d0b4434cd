document.querySelector("#app").textContent = "Tessera console";
