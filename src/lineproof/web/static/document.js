// Makes large photographs smaller before they are sent, for whoever has a slow connection, and lets
// a double click send once. Where a browser cannot do it, the form sends what was chosen.
const form = document.getElementById("document");
const LONGEST = 2600, SMALL = 1200000;

async function smaller(file) {
  if (file.size < SMALL) return file;
  const picture = await createImageBitmap(file);
  const share = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * share);
  canvas.height = Math.round(picture.height * share);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  return blob && blob.size < file.size ? new File([blob], "page.jpg", { type: "image/jpeg" }) : file;
}

let sending = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  sending = true;
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  document.getElementById("sending").textContent = form.dataset.sending;
  for (const input of form.querySelectorAll("input[type=file]")) {
    try {
      if (!input.files.length) continue;
      const put = new DataTransfer();
      put.items.add(await smaller(input.files[0]));
      input.files = put.files;
    } catch {
      // What cannot be made smaller is sent as it is.
    }
  }
  form.submit();
});

// Whoever comes back with the back button may send again.
addEventListener("pageshow", () => {
  sending = false;
  form.querySelector("button").removeAttribute("aria-disabled");
  document.getElementById("sending").textContent = "";
});
