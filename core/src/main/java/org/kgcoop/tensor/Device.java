package org.kgcoop.tensor;

import org.kgcoop.KgCoopException;

/**
 * The device of tensors: {@code cpu}, or {@code cuda:N} if the application's native libraries
 * support it.
 */
public record Device(String name) {
  public static final Device CPU = new Device("cpu");

  public Device {
    if (!name.matches("cpu|cuda(:\\d{1,2})?")) {
      throw KgCoopException.configuration(
          "device '" + name + "': expected cpu, cuda or cuda:N, such as cuda:0");
    }
  }

  public boolean isCpu() {
    return name.equals("cpu");
  }

  org.bytedeco.pytorch.Device handle() {
    return new org.bytedeco.pytorch.Device(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
