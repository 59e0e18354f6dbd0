using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Numerics;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Journal;

/// <summary>Serializes what the journal and its snapshots keep: the manifest is the message's protobuf name, the bytes are its protobuf form with the
/// field <c>checksum</c> at the end. Thread-safe.</summary>
/// <remarks>Protobuf alone reads most damaged bytes as another message: a flipped bit in a text is a text. The checksum tells damage.</remarks>
public sealed class JournalSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>The number under which rows name this serializer. Part of the stored format: never changed, never given to another.</summary>
    public const int Id = 5603;

    /// <summary>The newest version of entries that this build reads, and the one that it writes.</summary>
    public const uint Version = 1;

    // The tag of field 100 of type fixed32, then the value. No message in memory has the field set.
    private const int ChecksumBytes = 6;
    private static ReadOnlySpan<byte> ChecksumTag => [0xA5, 0x06];

    private static readonly FrozenDictionary<string, MessageParser> Parsers = new[]
    {
        RunEntry.Descriptor, RunSnapshot.Descriptor, CatalogEntry.Descriptor, CatalogSnapshot.Descriptor,
    }.ToFrozenDictionary(message => message.FullName, message => message.Parser, StringComparer.Ordinal);

    /// <summary>HOCON that binds the messages to this serializer.</summary>
    public static string Hocon { get; } = $$"""
        akka.actor.serializers.federated-journal = "{{typeof(JournalSerializer).FullName}}, {{typeof(JournalSerializer).Assembly.GetName().Name}}"
        akka.actor.serialization-bindings {
        {{string.Concat(Parsers.Values.Select(parser => $"  \"Federated.V1.{NameOf(parser)}, Federated.Protos\" = federated-journal\n"))}}}
        """;

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <inheritdoc/>
    public override string Manifest(object o) => ((IMessage)o).Descriptor.FullName;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        var message = (IMessage)obj;
        var length = message.CalculateSize();
        var bytes = new byte[length + ChecksumBytes];
        message.WriteTo(bytes.AsSpan(0, length));
        ChecksumTag.CopyTo(bytes.AsSpan(length));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length + ChecksumTag.Length), Checksum(bytes.AsSpan(0, length)));
        return bytes;
    }

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The row is damaged, or a newer version wrote it.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!Parsers.TryGetValue(manifest, out var parser))
            throw new SerializationException($"The journal has an entry of a kind that this version does not know ({manifest}).");
        var message = Parse(bytes, manifest, parser);
        var version = message switch
        {
            RunEntry entry => entry.Version,
            RunSnapshot snapshot => snapshot.Version,
            CatalogEntry entry => entry.Version,
            CatalogSnapshot snapshot => snapshot.Version,
            _ => 0u,
        };
        return version is > 0 and <= Version
            ? message
            : throw new SerializationException($"The journal has an entry of format version {version}; this version reads 1 to {Version}.");
    }

    private static IMessage Parse(byte[] bytes, string manifest, MessageParser parser)
    {
        var length = bytes.Length - ChecksumBytes;
        if (length < 0 || !bytes.AsSpan(length, ChecksumTag.Length).SequenceEqual(ChecksumTag)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(length + ChecksumTag.Length)) != Checksum(bytes.AsSpan(0, length)))
            throw Damaged(bytes, manifest, null);
        try
        {
            return parser.ParseFrom(bytes, 0, length);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Damaged(bytes, manifest, e);
        }
    }

    private static SerializationException Damaged(byte[] bytes, string manifest, Exception? cause) =>
        new($"The journal has {bytes.Length} bytes that are not a {manifest} as it was written: the entry is damaged.", cause);

    // CRC-32C, which finds every change of up to 32 bits on end. It guards against failing disks, not against people.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }

    private static string NameOf(MessageParser parser) => parser.GetType().GenericTypeArguments[0].Name;
}
