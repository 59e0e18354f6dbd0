using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;
using Federated.Engine.Tests.Data;

namespace Federated.Engine.Tests.OwnModels;

[Collection(nameof(Training.NativeMemoryTests))]   // alone: other tests draw from libtorch's generator, of which the process has one
public sealed class AssemblyModelTests
{
    private static JobSpec Job(string type = "SmallNetFactory", string assembly = "Federated.SampleModels.dll") => new()
    {
        Model = new ModelSpec { Assembly = assembly, Type = $"Federated.SampleModels.{type}" },
        Data = new DataSpec { Clients = 3 },
        Training = new TrainingSpec { BatchSize = 16, Optimizer = new OptimizerSpec { LearningRate = 0.1 } },
    };

    private static Task<IRunEngine> Open(JobSpec job, ModelFolders? models = null) =>
        new TorchEngine(new DatasetStore(new DataFolders([], Path.GetTempPath())), models ?? new ModelFolders([AppContext.BaseDirectory])).OpenAsync(job, [], default);

    private static float[] Train(IRunEngine engine, int round, ReadOnlyMemory<float> global)
    {
        var update = new float[engine.Schema.Count];
        engine.Train(engine.Clients[round % engine.Clients.Length].Id, round, global, update, ClientState.Empty, default);
        return update;
    }

    [Fact]
    public async Task Module_of_an_assembly_is_trained_with_its_running_statistics()
    {
        using var engine = await Open(Job());
        Assert.Equal(["_first.weight", "_first.bias", "_norm.weight", "_norm.bias", "_last.weight", "_last.bias", "_norm.running_mean", "_norm.running_var"],
            engine.Schema.Tensors.Select(tensor => tensor.Name));
        var values = engine.InitialParameters().Values.ToArray();
        for (var round = 1; round <= 9; round++) foreach (var (i, change) in Train(engine, round, values).Index()) values[i] += change;
        Assert.InRange(engine.EvaluateTest(values, 0, 1, default).Sums.Accuracy, 0.9, 1);
        Assert.DoesNotContain(0f, values[^64..]);
    }

    [Fact]
    public async Task The_seed_decides_initial_values_and_dropout_also_side_by_side()
    {
        using var engine = await Open(Job());
        using var again = await Open(Job());
        using var other = await Open(Job() with { Seed = 43 });
        var start = engine.InitialParameters().Values;
        Assert.Equal(start.ToArray(), again.InitialParameters().Values.ToArray());
        Assert.NotEqual(start.ToArray(), other.InitialParameters().Values.ToArray());
        var expected = Enumerable.Range(1, 4).Select(round => Train(engine, round, start)).ToList();
        var actual = await Task.WhenAll(Enumerable.Range(1, 4).Select(round => Task.Factory.StartNew(() => Train(again, round, start), TaskCreationOptions.LongRunning)));
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("WrongWidth", "gives [2, 7] of Float32 for a batch of 2 examples, each [1, 8, 8], and the data set needs [2, 10] of Float32.")]
    [InlineData("WrongInput", "failed: mat1 and mat2 shapes cannot be multiplied (2x64 and 63x10)")]
    [InlineData("OfDoubles", "cannot be trained: 1.weight is Float64 and must be Float32; 1.bias is Float64 and must be Float32.")]
    [InlineData("NothingToLearn", "cannot be trained: it has no trainable parameters; a module of TorchSharp calls RegisterComponents() in its constructor.")]
    [InlineData("Throws", "failed to make a model: no weights today")]
    [InlineData("WithArguments", "has Federated.SampleModels.WithArguments, which has no public constructor without parameters.")]
    [InlineData("NoFactory", "has Federated.SampleModels.NoFactory, which is no Federated.OwnModels.IModelFactory.")]
    [InlineData("Missing", "has no class Federated.SampleModels.Missing; its factories are Federated.SampleModels.NotAlwaysTheSame, Federated.SampleModels.NothingToLearn, "
        + "Federated.SampleModels.OfDoubles, Federated.SampleModels.SmallNetFactory, Federated.SampleModels.Throws, Federated.SampleModels.WithArguments, "
        + "Federated.SampleModels.WrongInput, Federated.SampleModels.WrongWidth.")]
    public async Task Assembly_without_a_model_for_the_data_is_refused_with_a_sentence(string type, string expected)
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => Open(Job(type)));
        Assert.EndsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(AppContext.BaseDirectory, "Federated.SampleModels.dll"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Factory_whose_modules_differ_is_found_out_before_it_trains()
    {
        using var engine = await Open(Job("NotAlwaysTheSame"));
        var error = Assert.Throws<EngineException>(() => Train(engine, 1, engine.InitialParameters().Values));
        Assert.EndsWith("has other tensors each time that it is made: names, shapes and order must depend on the request alone.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_no_assembly_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("net.dll", "MZ?");
        var error = await Assert.ThrowsAsync<EngineException>(() => Open(Job(assembly: "net.dll"), new ModelFolders([folder.Path])));
        Assert.Contains("net.dll is no .NET assembly that can be loaded here: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_that_allows_nothing_refuses_and_says_how_to_allow_it()
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => Open(Job(), ModelFolders.None));
        Assert.Equal("The job brings a model of its own (model.assembly: Federated.SampleModels.dll), which is code that would run here, and this worker allows none. "
            + "Who trusts it puts the file into a folder and starts the worker with --allow-models FOLDER.", error.Message);
        Assert.True(error.OnlyHere);
    }

    [Theory]
    [InlineData("../net.dll")]
    [InlineData("a/../../net.dll")]
    [InlineData("/etc/passwd")]
    public void Path_never_leads_out_of_what_is_allowed(string path)
    {
        using var folder = new TemporaryFolder();
        folder.Write("net.dll", "");
        var error = Assert.Throws<EngineException>(() => new ModelFolders([Path.Combine(folder.Path, "allowed")]).Find(path, "model.assembly"));
        Assert.Contains($"model.assembly: '{path}' is not below a folder that this worker allows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Path_is_found_relative_to_a_folder_or_as_it_is_below_one()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("nets/net.dll", "");
        var folders = new ModelFolders([Path.GetTempPath() + "nowhere", folder.Path]);
        Assert.Equal(file, folders.Find("nets/net.dll", "model.assembly"));
        Assert.Equal(file, folders.Find(file, "model.assembly"));
        Assert.Contains("Looked for:", Assert.Throws<EngineException>(() => folders.Find("nets/other.dll", "model.assembly")).Message, StringComparison.Ordinal);
    }
}
