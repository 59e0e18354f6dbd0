using System.Security.Cryptography;
using System.Text;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data;

namespace Federated.Engine.Tests.Data;

public sealed class HeartDiseaseSetTests
{
    [Theory]
    [InlineData(0, 303, "a74b7efa387bc9d108d7d0115d831fe9b414b29ae7124f331b622b4efa0427c8")]
    [InlineData(303, 294, "d1ad108f785768cd3d7e82dc522e6f5a61eea93cccfb3a46ee8076f73fc3d796")]
    [InlineData(597, 123, "834a405ccf5b66ab4056bb77794adc8df0b7125186454c0a1d002d33c6c3b314")]
    [InlineData(720, 200, "e7c93d8d0d2acdadfa4c5e8de768e2191e7f618b952e29623f1f0d5949ff6b8f")]
    public void Embedded_rows_are_the_published_files_byte_for_byte(int first, int rows, string hash)
    {
        using var reader = new StreamReader(HeartDiseaseSet.Open());
        var lines = reader.ReadToEnd().Split('\n').Skip(first).Take(rows).Select(line => line + "\n");
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(lines)))));
    }

    [Fact]
    public void Hospitals_have_the_patients_that_FLamby_counts()
    {
        var set = HeartDiseaseSet.Load();
        Assert.Equal([("cleveland", 303), ("hungarian", 261), ("switzerland", 46), ("va", 130)], set.Owners.GroupBy(owner => owner).Select(group => (group.Key, group.Count())));
        Assert.Equal(HeartDisease.Patients, set.Train.Count);
    }

    [Fact]
    public void First_patient_of_Cleveland_reads_as_in_the_file()
    {
        // 63.0,1.0,1.0,145.0,233.0,1.0,2.0,150.0,0.0,2.3,3.0,0.0,6.0,0
        var set = HeartDiseaseSet.Load();
        Assert.Equal<string>(
            ["age", "sex", "cp=1", "cp=2", "cp=3", "cp=4", "trestbps", "chol", "fbs", "restecg=0", "restecg=1", "restecg=2", "thalach", "exang", "oldpeak"], HeartDisease.Features);
        Assert.Equal([63f, 1, 1, 0, 0, 0, 145, 233, 1, 0, 0, 1, 150, 0, 2.3f], set.Train.Features(0));
        Assert.Equal<int>([1, 2, 3, 4, 5, 8, 9, 10, 11, 13], set.Shape.Flags);
        Assert.Equal([0L, 1L, 1L], set.Train.Labels[..3].ToArray());   // labels 0, 2 and 1 in the file
    }

    [Fact]
    public async Task Test_patients_are_the_same_of_each_hospital_whichever_partition_spreads_the_others()
    {
        var natural = new DataSpec { Name = "heart-disease", Test = 0.3, Partition = new() { Kind = PartitionKind.Natural } };
        var (hospitals, central) = (await LoadAsync(natural), await LoadAsync(natural with { Clients = 1, Partition = new() }));
        Assert.Equal([("cleveland", 213), ("hungarian", 183), ("switzerland", 33), ("va", 91)], hospitals.Clients.Select(client => (client.Id, client.Train.Length)));
        Assert.Equal(520, Assert.Single(central.Clients).Train.Length);
        Assert.Equal(Enumerable.Range(0, 220).Select(hospitals.Test.Features), Enumerable.Range(0, 220).Select(central.Test.Features));
    }

    [Fact]
    public async Task Worker_that_announces_one_hospital_has_that_hospitals_patients_alone()
    {
        var data = await LoadAsync(new() { Name = "heart-disease", Placement = Placement.Local }, "va");
        Assert.Equal(130, Assert.Single(data.Clients) is var only ? only.Train.Length + only.Test.Length : 0);
    }

    private static Task<FederatedData> LoadAsync(DataSpec data, params string[] clients) =>
        new DatasetStore(new DataFolders([], Path.GetTempPath())).LoadAsync(data, 42, [.. clients], CancellationToken.None);
}
