using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Federated.Coordinator.Journal;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Journal;

public sealed class JournalSerializerTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("serializer", ConfigurationFactory.ParseString(JournalSerializer.Hocon));
    private readonly JournalSerializer _serializer;

    public JournalSerializerTests() => _serializer = new((ExtendedActorSystem)_system);

    public static TheoryData<string> Rows => [.. GoldenV1.Messages.Keys];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Theory]
    [MemberData(nameof(Rows))]
    public void Message_goes_through_the_systems_serialization_and_comes_back(string row)
    {
        var message = GoldenV1.Messages[row];
        var found = Assert.IsType<JournalSerializer>(_system.Serialization.FindSerializerFor(message));
        var manifest = found.Manifest(message);

        Assert.Equal((JournalSerializer.Id, GoldenFiles.ManifestOf(row)), (found.Identifier, manifest));
        Assert.Equal(message, _system.Serialization.Deserialize(found.ToBinary(message), found.Identifier, manifest));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_with_any_bit_flipped_is_refused_as_damaged(string row)
    {
        var bytes = GoldenFiles.Row("v1", row);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            AssertDamaged(bytes, row);
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_that_is_cut_off_anywhere_is_refused_as_damaged(string row)
    {
        var bytes = GoldenFiles.Row("v1", row);
        for (var length = 0; length < bytes.Length; length++) AssertDamaged(bytes[..length], row);
        AssertDamaged([.. bytes, 0], row);
    }

    [Fact]
    public void Bytes_that_are_protobuf_and_not_of_the_journal_are_refused_as_damaged() =>
        AssertDamaged(new RunEntry { Version = 1, Epoch = 1, Started = new() }.ToByteArray(), GoldenV1.FileOf("started"));

    [Theory]
    [InlineData("federated.v1.RunEntryOfTomorrow")]
    [InlineData("federated.v1.TaskId")]
    [InlineData("")]
    public void Manifest_of_another_kind_is_refused_with_its_name(string manifest)
    {
        var row = GoldenFiles.Row("v1", GoldenV1.FileOf("started"));
        var refused = Assert.Throws<SerializationException>(() => _serializer.FromBinary(row, manifest));
        Assert.Equal($"The journal has an entry of a kind that this version does not know ({manifest}).", refused.Message);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(uint.MaxValue)]
    public void Version_that_this_build_does_not_read_is_refused_with_its_number(uint version)
    {
        IMessage[] messages =
        [
            new RunEntry { Version = version, Started = new() },
            new RunSnapshot { Version = version },
            new CatalogEntry { Version = version },
            new CatalogSnapshot { Version = version },
        ];
        Assert.All(messages, message =>
        {
            var row = _serializer.ToBinary(message);
            var refused = Assert.Throws<SerializationException>(() => _serializer.FromBinary(row, message.Descriptor.FullName));
            Assert.Equal($"The journal has an entry of format version {version}; this version reads 1 to 1.", refused.Message);
        });
    }

    private void AssertDamaged(byte[] bytes, string row)
    {
        var manifest = GoldenFiles.ManifestOf(row);
        var refused = Assert.Throws<SerializationException>(() => _serializer.FromBinary(bytes, manifest));
        Assert.Equal($"The journal has {bytes.Length} bytes that are not a {manifest} as it was written: the entry is damaged.", refused.Message);
    }
}
