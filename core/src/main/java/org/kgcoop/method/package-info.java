/**
 * Methods that turn unit image features into logits. Every method implements {@link
 * org.kgcoop.method.Method}, and learns with the services of {@link org.kgcoop.method.FitContext}.
 * Each method has its own file: {@link org.kgcoop.method.ZeroShot}, {@link org.kgcoop.method.CoOp},
 * {@link org.kgcoop.method.CoCoOp}, {@link org.kgcoop.method.ProGrad}, {@link
 * org.kgcoop.method.KgCoOp}, {@link org.kgcoop.method.Tcp}, {@link org.kgcoop.method.Lasp}, {@link
 * org.kgcoop.method.TaskRes}, {@link org.kgcoop.method.ClipAdapter}, {@link
 * org.kgcoop.method.Clap}, {@link org.kgcoop.method.TipAdapter}, {@link
 * org.kgcoop.method.TipAdapterF}, {@link org.kgcoop.method.LpPlusPlus}, {@link
 * org.kgcoop.method.Probe}, {@link org.kgcoop.method.Gda} and {@link org.kgcoop.method.Proker}.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.method;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
