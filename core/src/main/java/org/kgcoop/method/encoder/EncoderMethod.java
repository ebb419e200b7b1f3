package org.kgcoop.method.encoder;

import org.kgcoop.method.TransferableMethod;

/**
 * Method that trains parameters inside the encoders. The parameters do not belong to a class, so
 * the method supports any class names.
 */
public interface EncoderMethod extends TransferableMethod {}
