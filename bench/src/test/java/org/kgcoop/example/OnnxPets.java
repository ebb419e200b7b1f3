package org.kgcoop.example;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;

/** Asks an exported classifier; all it needs is com.microsoft.onnxruntime:onnxruntime. */
public final class OnnxPets {
  private OnnxPets() {}

  /** The probability of each class, of a picture as (3, size, size). */
  public static float[] probabilities(String file, float[] pixels, int size) throws OrtException {
    OrtEnvironment runtime = OrtEnvironment.getEnvironment();
    long[] shape = {1, 3, size, size}; // several pictures go together: {batch, 3, size, size}
    try (OrtSession session = runtime.createSession(file);
        OnnxTensor input = OnnxTensor.createTensor(runtime, FloatBuffer.wrap(pixels), shape);
        OrtSession.Result result = session.run(Map.of("pixels", input))) {
      return ((float[][]) result.get("probabilities").orElseThrow().getValue())[0];
    }
  }
}
