using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Federated.Wire.Link;

/// <summary>Takes the place of Akka's default serializer, which writes any object by reflection and lets a peer name the type to be built. A message
/// without a serializer of its own does not cross nodes. Thread-safe.</summary>
public sealed class RefusingSerializer : Serializer
{
    /// <summary>For Akka, which passes the settings of the serializer that this one replaces.</summary>
    public RefusingSerializer(ExtendedActorSystem system, Config settings) : base(system) { }

    /// <inheritdoc/>
    public override int Identifier => 5602;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    /// <exception cref="SerializationException">Always.</exception>
    public override byte[] ToBinary(object obj) =>
        throw new SerializationException($"{obj.GetType()} does not cross nodes: it has no serializer. Messages between nodes are defined in link.proto.");

    /// <inheritdoc/>
    /// <exception cref="SerializationException">Always.</exception>
    public override object FromBinary(byte[] bytes, Type type) =>
        throw new SerializationException("A peer sent an object that was serialized by reflection; such objects are not read.");
}
