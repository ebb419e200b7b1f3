/** The program of docs/how-to/export-onnx.md. */
@NullMarked
package org.kgcoop.example;

import org.jspecify.annotations.NullMarked;
