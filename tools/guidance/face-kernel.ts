// The arithmetic of a small convolutional network, for <face-capture>'s worker: AssemblyScript with
// the 128-bit vectors of WebAssembly. Pictures are (height, width, channels) float32 with channels
// padded to a multiple of 8; every pointer is to 16 bytes. The graph itself is walked in face-network.js.
//
// face-kernel.wasm, which is committed, is this file compiled, byte for byte the same each time:
//   npx --package assemblyscript@0.28.20 asc tools/guidance/face-kernel.ts -O3 --noAssert --runtime stub \
//     --enable simd --initialMemory 1 --outFile src/lineproof/web/static/face-kernel.wasm

// Gives memory: at least `bytes` in all.
export function reserve(bytes: usize): void {
  const pages = <i32>((bytes + 0xffff) >>> 16) - memory.size();
  if (pages > 0) memory.grow(pages);
}

// out[p][o] = bias[o] + sum over i of input[p][i] * weights[i][o]; pixels % 4 == 0, outs % 8 == 0.
export function pointwise(input: usize, weights: usize, bias: usize, out: usize, pixels: i32, ins: i32, outs: i32): void {
  const inRow = <usize>ins << 2, outRow = <usize>outs << 2;
  for (let o: usize = 0; o < outRow; o += 32) {
    const b0 = v128.load(bias + o), b1 = v128.load(bias + o, 16);
    for (let p = 0; p < pixels; p += 4) {
      let a00 = b0, a01 = b1, a10 = b0, a11 = b1, a20 = b0, a21 = b1, a30 = b0, a31 = b1;
      let x0 = input + <usize>p * inRow;
      let x1 = x0 + inRow, x2 = x1 + inRow, x3 = x2 + inRow;
      let w = weights + o;
      for (let i = 0; i < ins; i++) {
        const w0 = v128.load(w), w1 = v128.load(w, 16);
        const v0 = v128.load32_splat(x0), v1 = v128.load32_splat(x1);
        const v2 = v128.load32_splat(x2), v3 = v128.load32_splat(x3);
        a00 = f32x4.add(a00, f32x4.mul(v0, w0)); a01 = f32x4.add(a01, f32x4.mul(v0, w1));
        a10 = f32x4.add(a10, f32x4.mul(v1, w0)); a11 = f32x4.add(a11, f32x4.mul(v1, w1));
        a20 = f32x4.add(a20, f32x4.mul(v2, w0)); a21 = f32x4.add(a21, f32x4.mul(v2, w1));
        a30 = f32x4.add(a30, f32x4.mul(v3, w0)); a31 = f32x4.add(a31, f32x4.mul(v3, w1));
        w += outRow; x0 += 4; x1 += 4; x2 += 4; x3 += 4;
      }
      let y = out + <usize>p * outRow + o;
      v128.store(y, a00); v128.store(y, a01, 16); y += outRow;
      v128.store(y, a10); v128.store(y, a11, 16); y += outRow;
      v128.store(y, a20); v128.store(y, a21, 16); y += outRow;
      v128.store(y, a30); v128.store(y, a31, 16);
    }
  }
}

// One filter of side x side for each channel; weights are (side, side, channels).
export function depthwise(input: usize, weights: usize, bias: usize, out: usize, height: i32, width: i32, channels: i32, side: i32, stride: i32, top: i32, left: i32, outHeight: i32, outWidth: i32): void {
  const row = <usize>channels << 2;
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const to = out + <usize>(y * outWidth + x) * row;
      for (let c: usize = 0; c < row; c += 16) {
        let sum = v128.load(bias + c);
        for (let j = 0; j < side; j++) {
          const sy = y * stride + j - top;
          if (sy < 0 || sy >= height) continue;
          for (let i = 0; i < side; i++) {
            const sx = x * stride + i - left;
            if (sx < 0 || sx >= width) continue;
            const seen = v128.load(input + <usize>(sy * width + sx) * row + c);
            sum = f32x4.add(sum, f32x4.mul(seen, v128.load(weights + <usize>(j * side + i) * row + c)));
          }
        }
        v128.store(to + c, sum);
      }
    }
  }
}

// Lays out what each filter of side x side sees, pixel after pixel, so that pointwise() can convolve.
export function unfold(input: usize, out: usize, height: i32, width: i32, channels: i32, side: i32, stride: i32, top: i32, left: i32, outHeight: i32, outWidth: i32): void {
  const row = <usize>channels << 2;
  let to = out;
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let j = 0; j < side; j++) {
        const sy = y * stride + j - top;
        for (let i = 0; i < side; i++) {
          const sx = x * stride + i - left;
          if (sy < 0 || sy >= height || sx < 0 || sx >= width) memory.fill(to, 0, row);
          else memory.copy(to, input + <usize>(sy * width + sx) * row, row);
          to += row;
        }
      }
    }
  }
}

// Sums floats one by one; count % 4 == 0. May write over either of them.
export function add(one: usize, other: usize, out: usize, count: i32): void {
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 16)
    v128.store(out + at, f32x4.add(v128.load(one + at), v128.load(other + at)));
}

// Nothing below zero; may write over its input.
export function relu(input: usize, out: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 16)
    v128.store(out + at, f32x4.max(v128.load(input + at), zero));
}

// The largest of each two by two.
export function halve(input: usize, out: usize, height: i32, width: i32, channels: i32): void {
  const row = <usize>channels << 2, line = <usize>width * row;
  let to = out;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const from = input + <usize>y * line + <usize>x * row;
      for (let c: usize = 0; c < row; c += 16) {
        const upper = f32x4.max(v128.load(from + c), v128.load(from + c + row));
        const lower = f32x4.max(v128.load(from + c + line), v128.load(from + c + line + row));
        v128.store(to, f32x4.max(upper, lower));
        to += 16;
      }
    }
  }
}

// More channels, of zeros.
export function widen(input: usize, out: usize, pixels: i32, channels: i32, more: i32): void {
  const row = <usize>channels << 2, wide = <usize>more << 2;
  for (let p = 0; p < pixels; p++) {
    memory.copy(out + <usize>p * wide, input + <usize>p * row, row);
    memory.fill(out + <usize>p * wide + row, 0, wide - row);
  }
}
